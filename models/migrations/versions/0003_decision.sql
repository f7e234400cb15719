-- Decisions made above the province were recorded by their own number before there was a column to say so.

update decision set recorded = true from agency where agency.id = decision.agency_id and agency.level = 'CENTRAL';
