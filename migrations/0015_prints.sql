-- By which version of the algorithms a picture was analysed, so that older ones can be looked at again in order.
alter table photo add column version bigint;   -- photo::VERSION, when ready
update photo set version = 1 where state = 'ready';
create index photo_by_version on photo (state, version, uploaded_at);
