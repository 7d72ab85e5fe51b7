-- Programmes and the tasks that they give. A task without a programme comes from a rule (常态化任务, 跟踪督查, 暗访复核).
create table programme (
    id text primary key,
    kind text not null,
    name text not null,
    state text not null,           -- draft | running | done | cancelled
    lead text not null,
    hidden boolean not null,       -- kept from the inspected units until it is done
    first_day text not null,
    last_day text not null,
    version bigint not null,
    doc text not null,             -- JSON of domain::programme::Programme
    created_by text not null,
    created_at bigint not null,
    updated_at bigint not null
);
create index programme_by_time on programme (created_at, id);
create index programme_by_state on programme (state, created_at, id);

create table programme_member (
    programme text not null,
    account text not null,
    primary key (programme, account)
);
create index programme_member_by_account on programme_member (account, programme);

-- What was drawn in a term, and from which seed, so that anybody can draw it again.
create table programme_run (
    programme text not null,       -- its id, or the name of the rule that drew
    span text not null,
    seed bigint,                   -- null when nothing was drawn
    candidates bigint not null,
    drawn text not null,           -- JSON list of codes, in the order in which they were drawn
    at bigint not null,
    late boolean not null,         -- made up for after the server had been down
    primary key (programme, span)
);

create table task (
    id text primary key,
    slot text not null unique,     -- the same slot twice is one task
    programme text references programme (id),
    kind text not null,            -- the programme's kind, or duty | secret_recheck
    span text not null,
    subject text not null,
    title text not null,
    part text,                     -- site | survey
    person text,                   -- who owes it: a person, a unit or a role
    unit text,
    role text,
    about text,                    -- the unit that is looked at
    ticket_id text,
    due_at bigint not null,
    hidden boolean not null,
    late_given boolean not null,   -- given after its time, because the server had been down
    state text not null,           -- open | done | skipped
    done_at bigint,
    done_by text,
    deducted bigint not null,      -- hundredths of points
    score bigint not null,
    full_score bigint not null,
    version bigint not null,
    created_at bigint not null,
    body text not null             -- JSON of domain::programme::TaskResult, or {}
);
create index task_by_programme on task (programme, span, subject);
create index task_by_person on task (person, due_at, id);
create index task_by_unit on task (unit, due_at, id);
create index task_by_role on task (role, due_at, id) where role is not null;
create index task_by_about on task (about, due_at, id);
create index task_by_due on task (state, due_at, id);
create index task_by_deduction on task (about, kind, done_at) where deducted <> 0;
