-- What tells tickets apart beside their state: how urgent they are, where they came from, who else takes part in them.
alter table ticket add column priority text not null default 'normal';      -- normal | high | top
alter table ticket add column relapse_of text;                              -- the ticket whose problem came back
alter table ticket add column relapse_nth bigint not null default 0;        -- the how-manieth return it is
alter table ticket add column red boolean not null default false;           -- a red order (红色督办件)
alter table ticket add column restricted boolean not null default false;    -- seen only by those who work on it (信访)
alter table ticket add column programme text;                               -- the round, campaign or flight that found it
create index ticket_by_source on ticket (source, opened_at, id);
create index ticket_by_priority on ticket (priority, opened_at, id) where priority <> 'normal';
create index ticket_by_relapse on ticket (relapse_of, opened_at, id) where relapse_of is not null;
create index ticket_by_return on ticket (opened_at, id, relapse_of) where relapse_of is not null;
create index ticket_by_red on ticket (opened_at, id, red) where red;
create index ticket_by_programme on ticket (programme, opened_at, id) where programme is not null;
create index ticket_open on ticket (opened_at, id, restricted) where not restricted;
create index precedent_by_place on precedent (category, area, ruled_at);

-- Units that sit at a ticket's table beside lead and assist: parties of a meeting, owners of a part.
create table ticket_party (
    ticket_id text not null references ticket (id),
    department text not null,
    primary key (ticket_id, department)
);
create index ticket_party_by_department on ticket_party (department, ticket_id);
