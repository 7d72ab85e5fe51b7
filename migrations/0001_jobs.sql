-- Outbox and queue in one: a row is written in the transaction of the change that asks for it.
create table job (
    id          text    primary key,
    kind        text    not null,
    dedup       text    unique,
    payload     text    not null,
    state       text    not null default 'ready' check (state in ('ready', 'dead')),
    run_at      bigint  not null,
    attempts    bigint  not null default 0,
    lease_owner text,
    lease_until bigint,
    last_error  text,
    created_at  bigint  not null
);

-- A claim reads in this order; the few leased rows among the due ones are filtered, dead ones are not in the index.
create index job_due on job (run_at, id) where state = 'ready';
create index job_dead on job (run_at, id) where state = 'dead';
