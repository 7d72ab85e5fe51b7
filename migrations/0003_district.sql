-- What a city imports: boundaries by version, the catalogue, routing rules, the calendar.
create table grid_version (
    id bigint not null,            -- 1, 2, 3 … per layer
    layer text not null,
    imported_at bigint not null,
    source text not null,
    grids bigint not null,
    active boolean not null,
    primary key (layer, id)
);

create table grid (
    layer text not null,
    version bigint not null,
    code text not null,
    name text not null,
    parent text,
    shape text not null,           -- GeoJSON MultiPolygon, WGS-84
    primary key (layer, version, code)
);

create table category (
    code text primary key,
    name text not null,
    workline text not null,
    close_policy text not null,    -- auto | inspector
    recheck_days bigint not null,
    lead_by text not null,         -- block | line
    imported_at bigint not null
);

create table standard (
    code text primary key,
    category text not null references category (code),
    name text not null,
    opens_when text not null,
    limit_amount bigint not null,
    limit_unit text not null,
    closes_when text not null,
    source text not null,
    position bigint not null       -- the first standard of a category is its default
);
create index standard_by_category on standard (category, position);

create table route_rule (
    id text primary key,
    category text,
    workline text,
    layer text,
    grid text,
    lead text,
    assist text,
    note text not null
);

create table calendar_day (
    day text primary key,          -- YYYY-MM-DD
    kind text not null,            -- holiday | makeup
    name text not null,
    source text not null
);

create table setting (
    name text primary key,
    value text not null,           -- JSON
    updated_at bigint not null
);
