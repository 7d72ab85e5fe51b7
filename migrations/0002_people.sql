-- People, units and the tokens they hold. Ids are UUIDv7 text, instants epoch milliseconds, JSON is text.
create table department (
    code text primary key,
    name text not null,
    kind text not null,            -- block 块 | line 条 | center 指挥中心 | external 双报到单位
    parent text,
    workline text,                 -- the line that a bureau answers for
    area text,                     -- the area grid that a block leads
    imported_at bigint not null
);
create index department_by_workline on department (workline);
create index department_by_area on department (area);

create table account (
    id text primary key,
    role text not null,
    name text not null,
    username text unique,          -- staff only
    password_hash text,            -- staff only, argon2id PHC string
    openid text unique,            -- citizens and staff who log in by WeChat
    department text references department (code),
    side text,                     -- inspectors: supervision | industry
    phone text,                    -- shown only to those whom the role table names
    demo boolean not null,         -- made by the reference data: refused outside demo mode
    active boolean not null,
    created_at bigint not null
);
create index account_by_department on account (department, role);
create index account_by_role on account (role);

create table account_grid (
    account_id text not null references account (id),
    layer text not null,
    grid text not null,
    primary key (account_id, layer, grid)
);
create index account_grid_by_grid on account_grid (layer, grid);

create table token_family (
    id text primary key,
    account_id text not null references account (id),
    created_at bigint not null,
    revoked_at bigint
);
create index token_family_by_account on token_family (account_id);

create table refresh_token (
    hash text primary key,         -- SHA-256 of the token; the token itself is never stored
    family_id text not null references token_family (id),
    issued_at bigint not null,
    expires_at bigint not null,
    used_at bigint                 -- first use; a second use after the grace window revokes the family
);
create index refresh_token_by_family on refresh_token (family_id);
