-- Acts of supervision and accountability, their numbers, and the votes of citizens on what was exposed.
create table act (
    id text primary key,
    kind text not null,
    state text not null,
    number text unique,            -- 督办〔2026〕3号; null until it is open
    ticket_id text references ticket (id),
    unit text,
    person text,
    parent text references act (id),
    words text not null,
    issuer text not null,
    issued_by text not null,       -- JSON of domain::ticket::event::By
    created_at bigint not null,
    issued_at bigint,
    due_at bigint,
    receipt text,                  -- JSON of domain::act::Signed
    effect_at bigint,              -- the next thing that the unit did on the ticket
    ended_at bigint,
    slot text not null unique,     -- the same slot twice is one act
    body text not null,            -- JSON of domain::act::Particulars
    version bigint not null
);
create index act_by_time on act (created_at, id);
create index act_by_kind on act (kind, state, created_at, id);
create index act_by_ticket on act (ticket_id, created_at, id);
create index act_by_unit on act (unit, created_at, id);
create index act_by_person on act (person, created_at, id);
create index act_by_parent on act (parent, created_at, id);

create table act_sequence (
    kind text not null,
    year bigint not null,
    last bigint not null,
    primary key (kind, year)
);

create table act_vote (
    act_id text not null references act (id),
    account_id text not null references account (id),
    satisfied boolean not null,
    voted_at bigint not null,
    primary key (act_id, account_id)
);
