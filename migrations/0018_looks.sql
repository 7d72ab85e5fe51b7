-- What a picture looks like cell by cell, and where in it the problem is: what changed between before and after.
alter table photo add column look bytea;       -- photo::Look, about 20 kB
alter table photo add column region text;      -- JSON of photo::Region, marked by the reporter
