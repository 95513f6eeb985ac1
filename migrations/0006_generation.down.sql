-- Forgets records that were being made anew; those that are there stay.
drop table scanlift.generation_part;
drop table scanlift.generation;
drop schema next_records cascade;
