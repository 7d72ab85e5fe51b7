-- What lists and searches need beside 0004.
alter table photo add column prints bytea;     -- photo::Prints, 164 bytes: the search for reuse reads nothing else

create index photo_use_by_time on photo_use (used_at, photo_id, ticket_id);
create index ticket_by_person on ticket (person, opened_at, id);
create index ticket_by_inspection on ticket (inspection, opened_at, id);
create index ticket_by_enforcement on ticket (enforcement, opened_at, id);
create index ticket_by_area on ticket (area, opened_at, id);
create index ticket_by_place on ticket (longitude, latitude);
create index ticket_by_lateness on ticket (opened_at, id, late_at) where late_at is not null;
create index notice_waiting on notice (created_at, id) where sent is null;
create index notice_unread on notice (account_id) where read_at is null;
create index refresh_token_by_end on refresh_token (expires_at);
