-- What citizens earned by reporting: lines are appended, never changed; a balance is their sum.
create table point_entry (
    id text primary key,
    ticket_id text not null references ticket (id),
    seq bigint not null,           -- the event of that ticket that caused it
    account_id text not null references account (id),
    reason text not null,          -- first | further | closed | false_report
    points bigint not null,        -- a taken-back reason is the same number with the other sign
    taken_back boolean not null,
    at bigint not null,
    unique (ticket_id, seq, account_id, reason)
);
create index point_entry_by_account on point_entry (account_id, at, id);
create index point_entry_by_time on point_entry (at, account_id);
