-- What units and the district write at a rhythm, what was decided on it, and the occasions of the calendar that failed.
create table paper (
    id text primary key,
    kind text not null,            -- domain::paper::PaperKind
    span text not null,            -- domain::rhythm::Span::key
    first_day text not null,       -- YYYY-MM-DD, both ends of the span
    last_day text not null,
    department text not null,      -- '' is the district's own
    state text not null check (state in ('draft', 'filed', 'signed', 'frozen')),
    version bigint not null,
    drafted_at bigint not null,
    drafted_late boolean not null, -- the machine came behind its time
    due_at bigint,
    missing boolean not null,      -- not handed in when its time ran out; stays so
    filed_at bigint,
    filed_by text,                 -- JSON of domain::ticket::event::By
    late_minutes bigint,           -- how far behind its time it was handed in
    signed_at bigint,
    signed_by text,
    frozen_at bigint,
    frozen_by text,
    sha256 text,                   -- of the body, when frozen
    body text not null             -- JSON of domain::paper::Body
);
create unique index paper_once on paper (kind, span, department);
create index paper_by_time on paper (drafted_at, id);
create index paper_by_kind on paper (kind, drafted_at, id);
create index paper_by_department on paper (department, drafted_at, id);
create index paper_missing on paper (drafted_at, id) where missing;

-- 议定事项, and the items of a monthly plan: tracked until done, also after the paper is frozen.
create table decision (
    id text primary key,
    paper_id text not null references paper (id),
    words text not null,
    department text,
    due_at bigint,
    made_at bigint not null,
    made_by text not null,         -- JSON of By
    done_at bigint,
    done_by text,
    outcome text
);
create index decision_by_paper on decision (paper_id, made_at, id);
create index decision_open on decision (department, made_at, id) where done_at is null;

create table occasion_failure (
    name text not null,
    room bigint not null,
    due bigint not null,           -- when it was to be done
    tries bigint not null,
    error text not null,
    given_up boolean not null,     -- the calendar went on without it
    tried_at bigint not null,
    primary key (name, room, due)
);

-- What happened in a stretch of time, whoever did it.
create index ticket_event_by_time on ticket_event (at, ticket_id);
