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

-- The first moment of a day in Vietnam, and the first after it: what a day bounds a moment by, so that its index serves.
create function vietnam_day_begins(day date) returns timestamptz language sql immutable strict parallel safe
  return day::timestamp at time zone interval '+07:00';

create function vietnam_day_ends(day date) returns timestamptz language sql immutable strict parallel safe
  return (day + 1)::timestamp at time zone interval '+07:00';

-- The Vietnamese date of a moment. Vietnam has kept UTC+7 since 1975, so it may be indexed.
create function vietnam_day(moment timestamptz) returns date language sql immutable strict parallel safe
  return (moment at time zone interval '+07:00')::date;

-- The words of a text in one spelling: NFC, small letters, a space for whatever is neither letter nor digit.
create function search_words(said text) returns text language sql immutable strict parallel safe
  return btrim(regexp_replace(lower(normalize(said, NFC)), '[\u0001-\u002F\u003A-\u0040\u005B-\u0060\u007B-\u00BF\u00D7\u00F7\u2000-\u2BFF\u3000-\u303F\uE000-\uF8FF\uFE00-\uFE0F\uFE30-\uFE4F\uFF00-\uFF0F\uFFF0-\uFFFF\U0001F000-\U0001FAFF]+', ' ', 'g'));

-- The same words without accents, and with i for a y that is a syllable's only vowel: kỹ thuật is kĩ thuật.
create function search_folded(words text) returns text language sql immutable strict parallel safe
  return regexp_replace(words, '(^| )(h|k|l|m|qu|s|t|v)y(?= |$)', '\1\2i', 'g');

-- Words with their places and a weight, without a parser that takes `1234/QĐ-UBND` for a path.
create function search_lexemes(words text, weight text) returns tsvector language sql immutable strict parallel safe
  return (select coalesce(string_agg('''' || left(word, 200) || ''':' || place || weight, ' '), '')::tsvector
    from unnest(string_to_array(words, ' ')) with ordinality as found (word, place));

-- What a row is found by: its title as it is written (A) and folded (B), its body likewise (C, D).
create function search_vector(title text, body text) returns tsvector language sql immutable strict parallel safe
  return search_lexemes(search_words(title), 'A') || search_lexemes(search_folded(search_words(fold(title))), 'B')
    || search_lexemes(search_words(left(body, 100000)), 'C')
    || search_lexemes(search_folded(search_words(fold(left(body, 100000)))), 'D');

-- Words as a query: each must be met at this weight, or all in a row.
create function search_terms(words text[], weight text, joint text) returns text language sql immutable strict parallel safe
  return (select string_agg('''' || left(word, 200) || '''' || weight, joint order by place)
    from unnest(words) with ordinality as asked (word, place));

-- All of these words, of the last one its beginning or, spelt with i for y, the whole.
create function search_all(words text[], beginning text, weight text) returns tsquery language sql immutable strict parallel safe
  return (coalesce(search_terms(words[:cardinality(words) - 1], coalesce(':' || nullif(weight, ''), ''), ' & ') || ' & ', '')
    || '(''' || left(beginning, 200) || ''':*' || weight || ' | '
    || search_terms(words[cardinality(words):], coalesce(':' || nullif(weight, ''), ''), '') || ')')::tsquery;

-- A search's questions to a row: is it found, in its title, there with these accents, with them anywhere, words in a row.
create function search_queries(said text, out found tsquery, out titled tsquery, out titled_exactly tsquery, out exactly tsquery, out together tsquery)
  language sql immutable strict parallel safe
  begin atomic
    select search_all(folded, bare[cardinality(bare)], ''), search_all(folded, bare[cardinality(bare)], 'B'),
      search_all(written, written[cardinality(written)], 'A'), search_all(written, written[cardinality(written)], 'AC'),
      (search_terms(folded, ':B', ' <-> ') || ' | ' || search_terms(folded, ':D', ' <-> '))::tsquery
    from (select string_to_array(search_words(said), ' ') as written, string_to_array(search_words(fold(said)), ' ') as bare,
      string_to_array(search_folded(search_words(fold(said))), ' ') as folded) as asked;
  end;
