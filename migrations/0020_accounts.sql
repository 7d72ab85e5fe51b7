-- Ending every session of an account at once, and who agreed when to which privacy guide.
alter table account add column sessions_since bigint;  -- access tokens issued before are refused
create table consent (
    account_id text not null references account (id),
    version integer not null,
    given_at bigint not null,
    primary key (account_id, version)
);
