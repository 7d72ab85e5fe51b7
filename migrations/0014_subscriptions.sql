-- Systems that are told of events (webhooks), and what waits for each of them.
create table subscription (
    id text primary key,
    owner text not null references account (id),
    url text not null,
    events text not null,          -- words between bars: |filed|closed|
    secret text not null,          -- the key of its signatures; shown once, to whoever subscribed
    created_at bigint not null,
    revoked_at bigint
);
create index subscription_by_owner on subscription (owner, created_at, id);
create index subscription_in_force on subscription (created_at, id) where revoked_at is null;

create table delivery (
    id text primary key,
    subscription_id text not null references subscription (id),
    ticket_id text not null references ticket (id),
    seq bigint not null,
    event text not null,
    body text not null,            -- JSON as it is sent
    created_at bigint not null,
    ended_at bigint,
    outcome text,                  -- delivered | revoked; null while it waits or is tried again
    unique (subscription_id, ticket_id, seq)
);
create index delivery_by_subscription on delivery (subscription_id, created_at, id);
