-- The rules in which cities differ: every value that was ever set, the newest of a name is in force.
create table rule_version (
    name text not null,
    version bigint not null,
    value text not null,           -- JSON, as domain::config reads it
    set_by text not null,
    set_at bigint not null,
    primary key (name, version)
);
