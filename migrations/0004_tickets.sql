-- Photographs, reports, tickets and their history.
create table photo (
    id text primary key,
    sha256 text not null,          -- the blob's key
    bytes bigint not null,
    format text not null,
    owner text not null references account (id),
    channel text not null,         -- mini_program | h5 | console | device
    captured_at bigint,            -- what the uploading client says of time and place
    raw_longitude double precision,
    raw_latitude double precision,
    coord_type text,
    longitude double precision,    -- the same point in WGS-84
    latitude double precision,
    accuracy_m double precision,
    state text not null,           -- pending | ready | broken
    fault text,                    -- stable code, when broken
    facts text,                    -- JSON of photo::Facts, when ready or HEIC
    scene bytea,                   -- photo::Scene
    uploaded_at bigint not null,
    analysed_at bigint
);
create index photo_by_sha on photo (sha256);
create index photo_by_owner on photo (owner, uploaded_at);
create index photo_by_state on photo (state, analysed_at);

create table ticket (
    id text primary key,
    version bigint not null,
    stage text not null,
    number text unique,
    source text not null,
    reporter text references account (id),
    words text not null,
    category text,
    workline text,
    lead text,
    assist text,
    person text,
    longitude double precision,    -- WGS-84
    latitude double precision,
    cell bigint,                   -- 50 m square, for the (cell, time) index
    community text, inspection text, enforcement text, area text,
    cover text,                    -- SHA-256 of the first photograph
    opened_at bigint not null,
    updated_at bigint not null,
    registered_at bigint,
    rectified_at bigint,
    inspected_at bigint,
    qualified_at bigint,
    struck_off_at bigint,
    due_at bigint,                 -- when the running clock runs out
    late_at bigint,                -- when it got, or will get, late if nothing changes
    attention text,                -- the first doubt that a person must settle
    self_handled boolean not null,
    reports bigint not null,
    followers bigint not null,
    reworks bigint not null,
    stars bigint,
    exempt boolean not null,
    doc text not null              -- JSON of domain::ticket::Ticket, the fold of its events
);
create index ticket_by_time on ticket (opened_at, id);
create index ticket_by_update on ticket (updated_at, id);
create index ticket_by_stage on ticket (stage, opened_at, id);
create index ticket_by_attention on ticket (attention, opened_at, id) where attention is not null;
create index ticket_by_lead on ticket (lead, opened_at, id);
create index ticket_by_assist on ticket (assist, opened_at, id);
create index ticket_by_reporter on ticket (reporter, opened_at, id);
create index ticket_by_community on ticket (community, opened_at, id);
create index ticket_by_category on ticket (category, opened_at, id);
create index ticket_by_cell on ticket (cell, opened_at, stage, category);
create index ticket_by_late on ticket (late_at, id) where late_at is not null;
create index ticket_by_count on ticket (stage, late_at, exempt, self_handled, reworks, stars, registered_at);

create table report (
    id text primary key,
    ticket_id text not null references ticket (id),
    reporter text references account (id),
    source text not null,
    external_id text,
    words text not null,
    raw_longitude double precision,
    raw_latitude double precision,
    coord_type text,               -- what the phone or map gave; the converted point is below
    longitude double precision,
    latitude double precision,
    accuracy_m double precision,
    place_source text not null,
    captured_at bigint,
    found_at bigint not null,
    time_source text not null,
    evidence text not null,        -- JSON: what was trusted for place and time, and where sources disagree
    received_at bigint not null
);
create index report_by_ticket on report (ticket_id, received_at);
create index report_by_reporter on report (reporter, received_at, id);
create unique index report_by_external on report (source, external_id) where external_id is not null;

create table photo_use (
    photo_id text not null references photo (id),
    ticket_id text not null references ticket (id),
    report_id text references report (id),
    part text not null,            -- before | after | verify | recheck | contest
    round bigint not null,
    position bigint not null,
    used_at bigint not null,
    primary key (ticket_id, photo_id, part, round)
);
create index photo_use_by_photo on photo_use (photo_id);

create table ticket_event (
    ticket_id text not null references ticket (id),
    seq bigint not null,
    id text not null unique,       -- UUIDv7: the cursor of live events
    at bigint not null,
    actor text not null,
    action text,
    stage text not null,
    body text not null,            -- JSON of domain::ticket::event::Event
    primary key (ticket_id, seq)
);
create index ticket_event_by_actor on ticket_event (actor, at);

create table follower (
    ticket_id text not null references ticket (id),
    account_id text not null references account (id),
    via text not null,             -- the ticket through which the follower came (differs after a merge)
    reporter boolean not null,
    since bigint not null,
    primary key (ticket_id, account_id, via)
);
create index follower_by_account on follower (account_id, since);

create table verdict (
    ticket_id text not null references ticket (id),
    round bigint not null,
    body text not null,            -- JSON of domain::proof::Verdict
    judged_at bigint not null,
    primary key (ticket_id, round)
);

create table match_score (
    ticket_id text not null references ticket (id),
    other text not null,
    verdict text not null,
    probability double precision not null,
    body text not null,            -- JSON of domain::dedupe::Score
    scored_at bigint not null,
    primary key (ticket_id, other)
);

create table number_sequence (
    year bigint primary key,
    last bigint not null
);

create table recheck (
    ticket_id text not null references ticket (id),
    due_at bigint not null,
    done_at bigint,
    holds boolean,
    primary key (ticket_id, due_at)
);
create index recheck_by_due on recheck (done_at, due_at);

create table precedent (
    id text primary key,
    ticket_id text not null references ticket (id),
    category text not null,
    area text,
    lead text not null,
    reason text not null,
    ruled_at bigint not null
);

create table notice (
    id text primary key,
    account_id text not null references account (id),
    ticket_id text not null references ticket (id),
    seq bigint not null,
    title text not null,
    body text not null,
    created_at bigint not null,
    read_at bigint,
    sent text,                     -- how the outside delivery ended: null while waiting
    unique (account_id, ticket_id, seq)
);
create index notice_by_account on notice (account_id, created_at, id);

create table idempotency (
    account_id text not null,
    key text not null,
    request text not null,         -- SHA-256 of method, path and body
    status bigint,                 -- null while the first request is still at work
    answer text,
    created_at bigint not null,
    primary key (account_id, key)
);
create index idempotency_by_time on idempotency (created_at);
