-- Vietnamese text: order, search without accents, and the one spelling of a decision's number. A blank line ends a statement.

create extension if not exists unaccent;

create extension if not exists pg_trgm;

create extension if not exists ltree;

create extension if not exists btree_gist;

-- Without accents or case, đ as d. unaccent() is only STABLE because its dictionary may change; ours does not.
create function fold(said text) returns text language sql immutable strict parallel safe
  return public.unaccent('public.unaccent'::regdictionary, lower(normalize(said, NFC)));

-- A decision's number in one spelling: NFC, capitals, no spaces, and Ð (U+00D0, the Icelandic eth) read as Đ (U+0110).
create function decision_number_key(said text) returns text language sql immutable strict parallel safe
  return upper(translate(regexp_replace(normalize(said, NFC), '\s', '', 'g'), U&'\00D0\00F0', U&'\0110\0111'));

-- Vietnamese order where there is no ICU: first the letters (a ă â … d đ … y z), then the tones (ngang huyền hỏi ngã sắc
-- nặng), then the text itself. To be compared byte by byte (collation "C").
create function vi_key(said text) returns text language sql immutable strict parallel safe
  return translate(lower(normalize(said, NFC)), 'aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệfghiìỉĩíịjklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvwxyỳỷỹýỵz', 'AAAAAABBBBBBCCCCCCDEFGHHHHHHIIIIIIJKLMMMMMMNOPQRSSSSSSTTTTTTUUUUUUVWXYZaaaaaabbbbbbcdeffffffg')
    || chr(1) || translate(lower(normalize(said, NFC)), 'aàảãáạăằẳẵắặâầẩẫấậbcdđeèẻẽéẹêềểễếệfghiìỉĩíịjklmnoòỏõóọôồổỗốộơờởỡớợpqrstuùủũúụưừửữứựvwxyỳỷỹýỵz', '012345012345012345000001234501234500001234500000012345012345012345000000123450123450000123450')
    || chr(1) || normalize(said, NFC);

-- What LIKE finds a text with, anywhere, without accents or case: `%`, `_` and `\` stand for themselves.
create function like_text(said text) returns text language sql immutable strict parallel safe
  return '%' || regexp_replace(fold(said), '([\\%_])', '\\\1', 'g') || '%';

-- The Vietnamese date of a moment. Vietnam has kept UTC+7 since 1975, so it may be indexed.
create function vietnam_day(moment timestamptz) returns date language sql immutable strict parallel safe
  return (moment at time zone interval '+07:00')::date;
