-- The roll-ups: what happened on which day, by one dimension each; kept as the sum over all tickets.
create table tally (
    dimension text not null,       -- all | lead | area | category | workline | source | mode
    day text not null,             -- YYYY-MM-DD, the district's day
    value text not null,           -- empty: none yet
    opened bigint not null, mapped bigint not null, tabled bigint not null, registered bigint not null,
    register_minutes bigint not null, registered_late bigint not null, dispatched bigint not null,
    rectified bigint not null, inspected bigint not null, qualified bigint not null,
    struck_off bigint not null, declined bigint not null, merged bigint not null, withdrawn bigint not null,
    heeded bigint not null, found bigint not null, found_registered bigint not null,
    found_rectified bigint not null, found_inspected bigint not null, found_qualified bigint not null,
    found_struck_off bigint not null, due bigint not null, due_closed bigint not null,
    due_closed_on_time bigint not null, due_exempt bigint not null, aired_late bigint not null,
    reworked bigint not null, aired_reworked bigint not null, self_handled bigint not null,
    fix_delays bigint not null, fix_delay_minutes bigint not null, disputed bigint not null,
    supervisions bigint not null, relapsed bigint not null, rated bigint not null, stars_sum bigint not null,
    satisfied bigint not null, unsatisfied bigint not null, cause_policy bigint not null,
    cause_middle bigint not null, cause_grassroots bigint not null,
    primary key (dimension, day, value)
);
create index tally_by_value on tally (dimension, value, day);

-- What an event changed, until it is folded: inserted only, so that no two events wait for one row.
create table tally_change (
    id text primary key,
    day text not null,
    lead text not null, area text not null, category text not null, workline text not null,
    source text not null, mode text not null,
    opened bigint not null, mapped bigint not null, tabled bigint not null, registered bigint not null,
    register_minutes bigint not null, registered_late bigint not null, dispatched bigint not null,
    rectified bigint not null, inspected bigint not null, qualified bigint not null,
    struck_off bigint not null, declined bigint not null, merged bigint not null, withdrawn bigint not null,
    heeded bigint not null, found bigint not null, found_registered bigint not null,
    found_rectified bigint not null, found_inspected bigint not null, found_qualified bigint not null,
    found_struck_off bigint not null, due bigint not null, due_closed bigint not null,
    due_closed_on_time bigint not null, due_exempt bigint not null, aired_late bigint not null,
    reworked bigint not null, aired_reworked bigint not null, self_handled bigint not null,
    fix_delays bigint not null, fix_delay_minutes bigint not null, disputed bigint not null,
    supervisions bigint not null, relapsed bigint not null, rated bigint not null, stars_sum bigint not null,
    satisfied bigint not null, unsatisfied bigint not null, cause_policy bigint not null,
    cause_middle bigint not null, cause_grassroots bigint not null
);
create index tally_change_by_day on tally_change (day);

-- The cases behind a number, where the ticket's own columns don't lead to them.
create table tally_case (
    blemish text not null,         -- reworked | relapsed | unsatisfied
    day text not null,             -- the day that the number is counted on
    ticket_id text not null references ticket (id),
    lead text not null,
    primary key (blemish, day, ticket_id)
);
create index tally_case_by_ticket on tally_case (ticket_id);

create index job_fold_tally on job (run_at) where kind = 'fold_tally';

-- Open tickets by unit, area and category; an open ticket that is late; doubts by unit and area.
create index ticket_open_lead on ticket (lead, stage, late_at, exempt) where stage in
('received', 'verifying', 'prompted', 'filed', 'dispatched', 'handling', 'disputed', 'suspended', 'fixed', 'accepted');
create index ticket_open_area on ticket (area, stage, late_at, exempt) where stage in
('received', 'verifying', 'prompted', 'filed', 'dispatched', 'handling', 'disputed', 'suspended', 'fixed', 'accepted');
create index ticket_open_category on ticket (category, opened_at) where stage in
('received', 'verifying', 'prompted', 'filed', 'dispatched', 'handling', 'disputed', 'suspended', 'fixed', 'accepted');
create index ticket_attention_lead on ticket (lead, attention) where attention is not null;
create index ticket_attention_area on ticket (area, attention) where attention is not null;
-- Written so that no other index of late_at fits the query better.
create index ticket_closed_late on ticket (stage, struck_off_at, id) where stage = 'closed' and coalesce(late_at, 0) > 0;
