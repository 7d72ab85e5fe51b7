-- What is looked at around a place before a document is read comes from the index alone.
drop index ticket_by_cell;
create index ticket_by_cell on ticket (cell, opened_at, stage, category, longitude, latitude, id);
