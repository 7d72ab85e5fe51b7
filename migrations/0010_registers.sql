-- Registers: lists of one shape (items, points, cameras, chiefs …), and every wording of a standard that ever held.
create table entry (
    register text not null,        -- domain::register::Register
    code text not null,
    name text not null,
    parent text,                   -- code in the register that the kind names
    department text,
    assist text,
    person text,                   -- account
    leader text,                   -- account
    level bigint,
    category text,                 -- a category's code or the beginning of several
    layer text,
    grid text,
    longitude double precision,    -- WGS-84
    latitude double precision,
    shape text,                    -- GeoJSON MultiPolygon, WGS-84
    west double precision,         -- the box around the shape
    south double precision,
    east double precision,
    north double precision,
    tags text not null,            -- JSON array
    target bigint,
    weight double precision,
    from_day text,                 -- YYYY-MM-DD
    to_day text,
    body text not null,            -- JSON object
    active boolean not null,
    version bigint not null,
    updated_by text not null,
    updated_at bigint not null,
    primary key (register, code)
);
create index entry_by_department on entry (register, department, code);
create index entry_by_grid on entry (register, layer, grid, code);
create index entry_by_parent on entry (register, parent, code);
create index entry_by_place on entry (register, longitude, latitude);
create index entry_by_box on entry (register, west);

create table standard_version (
    code text not null,
    version bigint not null,       -- 1, 2, 3 … per standard
    category text not null,
    name text not null,
    opens_when text not null,
    limit_amount bigint not null,
    limit_unit text not null,
    closes_when text not null,
    source text not null,
    imported_at bigint not null,
    primary key (code, version)
);
insert into standard_version (code, version, category, name, opens_when, limit_amount, limit_unit, closes_when, source, imported_at)
select s.code, 1, s.category, s.name, s.opens_when, s.limit_amount, s.limit_unit, s.closes_when, s.source, c.imported_at
from standard s join category c on c.code = s.category;
