-- What people said of a likeness: the examples by which its thresholds are reviewed. A row is as it was scored then.
create table match_answer (
    ticket_id text not null references ticket (id),
    other text not null,
    truth text not null,           -- same | apart | unopposed (merged by the machine and not undone)
    probability double precision not null,
    version bigint not null,
    body text not null,            -- JSON of domain::dedupe::Score
    account_id text,               -- who said so; null for the machine
    answered_at bigint not null,
    primary key (ticket_id, other)
);
create index match_answer_by_time on match_answer (answered_at, ticket_id, other);
