-- What each automatic decision of a ticket rested on: figures, thresholds, versions; the newest few of each subject.
create table ground (
    ticket_id text not null references ticket (id),
    subject text not null,         -- place | category | duplicates | routing
    at bigint not null,
    body text not null,            -- JSON of domain::explain::Ground
    primary key (ticket_id, subject, at)
);
