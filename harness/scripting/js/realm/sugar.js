/**
 * Sugar 1.3.9, which Postman adds to the built-in prototypes. It takes long to load and next to no script
 * knows of it, so it is added when a script first calls a method that may be one of its.
 */

const METHODS = new Set(`
  AlphanumericSortEquivalents AlphanumericSortIgnoreCase AlphanumericSortOrder ISO8601_DATE ISO8601_DATETIME
  Inflector RFC1036 RFC1123 SugarMethods abbr abs acos add addDays addFlag addFormat addHours addLocale
  addMilliseconds addMinutes addMonths addSeconds addWeeks addYears advance after all any asin assign atan average
  beginningOfDay beginningOfMonth beginningOfWeek beginningOfYear bytes camelize cancel capitalize ceil chars chr
  clone codes compact cos count create dasherize day dayAfter dayAgo dayBefore dayFromNow days daysAfter daysAgo
  daysBefore daysFromNow daysInMonth daysSince daysUntil debounce decodeBase64 delay downto duration each
  encodeBase64 endOfDay endOfMonth endOfWeek endOfYear equal escapeHTML escapeRegExp escapeURL exclude exp extend
  extended findAll first flatten floor format from fromQueryString full future getFlags getISOWeek getLocale
  getUTCOffset getUTCWeekday getWeekday groupBy hankaku has hasArabic hasCyrillic hasDevanagari hasGreek hasHan
  hasHangul hasHebrew hasHiragana hasKana hasKanji hasKatakana hasLatin hasThai hex hiragana hour hourAfter hourAgo
  hourBefore hourFromNow hours hoursAfter hoursAgo hoursBefore hoursFromNow hoursSince hoursUntil humanize inGroups
  inGroupsOf include insert intersect is isAfter isApril isArabic isArray isAugust isBefore isBetween isBlank
  isBoolean isCyrillic isDate isDecember isDevanagari isEmpty isEven isFebruary isFriday isFunction isFuture isGreek
  isHan isHangul isHebrew isHiragana isInteger isJanuary isJuly isJune isKana isKanji isKatakana isLastMonth
  isLastWeek isLastYear isLatin isLeapYear isMarch isMay isMonday isMultipleOf isNaN isNextMonth isNextWeek
  isNextYear isNovember isNumber isObject isOctober isOdd isPast isRegExp isSaturday isSeptember isString isSunday
  isThai isThisMonth isThisWeek isThisYear isThursday isToday isTomorrow isTuesday isUTC isValid isWednesday
  isWeekday isWeekend isYesterday iso katakana last lazy least lines log long max merge metric millisecond
  millisecondAfter millisecondAgo millisecondBefore millisecondFromNow milliseconds millisecondsAfter
  millisecondsAgo millisecondsBefore millisecondsFromNow millisecondsSince millisecondsUntil min minute minuteAfter
  minuteAgo minuteBefore minuteFromNow minutes minutesAfter minutesAgo minutesBefore minutesFromNow minutesSince
  minutesUntil month monthAfter monthAgo monthBefore monthFromNow months monthsAfter monthsAgo monthsBefore
  monthsFromNow monthsSince monthsUntil most none once ordinalize pad padLeft padRight paragraphs parameterize past
  pluralize pow random randomize range reject relative remove removeAt removeFlag removeTags reset rewind round
  sample second secondAfter secondAgo secondBefore secondFromNow seconds secondsAfter secondsAgo secondsBefore
  secondsFromNow secondsSince secondsUntil select set setFlags setISOWeek setLocale setWeekday short sin singularize
  size sortBy spacify sqrt stripTags subtract sugarRestore sugarRevert sum tan tap throttle times titleize to
  toNumber toQueryString truncate underscore unescapeHTML unescapeURL union unique upto utc watch week weekAfter
  weekAgo weekBefore weekFromNow weeks weeksAfter weeksAgo weeksBefore weeksFromNow weeksSince weeksUntil words year
  yearAfter yearAgo yearBefore yearFromNow years yearsAfter yearsAgo yearsBefore yearsFromNow yearsSince yearsUntil
  zenkaku zip
`.trim().split(/\s+/));

/** What has methods of these names without Sugar: Postman's objects, lodash, moment, the built-in ones. */
const OTHERS = new RegExp(
  "(?:\\b(?:_|pm\\.\\w+|to|be|have|Math|Object|Promise|console|Reflect|Number|Array|JSON|Symbol)" +
    "|headers|environment|globals|[vV]ariables|iterationData|cookies|query|response|moment\\([^()]*\\))\\s*$",
);
const CALL = /\.\s*([A-Za-z]\w*)\s*\(/g;

/** Its `map`, `filter` and the like also take something else than a function. */
const MATCHER = /\.(?:map|filter|every|some|find)\(\s*(?:['"`/{\d])/;

export function wantsSugar(source) {
  if (MATCHER.test(source)) return true;
  for (const found of source.matchAll(CALL)) {
    if (METHODS.has(found[1]) && !OTHERS.test(source.slice(Math.max(0, found.index - 40), found.index))) return true;
  }
  return source.includes("SugarMethods");
}
