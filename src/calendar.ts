/** A length of calendar time, as restic's `--keep-within` writes it: `1y6m`, `14d`, `36h`. */
export interface Age {
  years: number
  months: number
  days: number
  hours: number
}

/** Names the calendar periods that an instant falls into, on the clocks of one time zone. */
export interface Calendar {
  /** `2026-11-24` */
  dayOf: (instant: Date) => string
  /** ISO 8601, Monday to Sunday, of the year that has its Thursday: `2026-W48` */
  weekOf: (instant: Date) => string
  /** `2026-11` */
  monthOf: (instant: Date) => string
  /** `2026` */
  yearOf: (instant: Date) => string
  /**
   * The instant that lies so much before another. Years, months and days go back on the calendar and keep the wall
   * clock (a day that a month lacks runs over into the next, as in Go and so in restic); hours are hours.
   *
   * An age that no date can express gives the earliest date there is.
   */
  before: (instant: Date, age: Age) => Date
}

/** What clocks and calendar on a wall show; `month` counts from 1. */
interface Wall {
  year: number
  month: number
  day: number
  hour: number
  minute: number
  second: number
}

const HOUR = 3_600_000
const DAY = 24 * HOUR
const EARLIEST = new Date(-8_640_000_000_000_000)

/**
 * The calendar of an IANA time zone such as `Europe/Madrid`. It remembers the instants that it was asked about, so make
 * one for each piece of work. Throws `RangeError` for a name that is none.
 */
export function calendarOf(timezone: string): Calendar {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: timezone,
    calendar: 'gregory',
    numberingSystem: 'latn',
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  // Formatting is what a decision spends its time on, and every rule asks for the same instants.
  const known = new Map<number, Wall>()
  const wallOf = (instant: Date): Wall => {
    const wall = known.get(instant.getTime()) ?? readWall(format.formatToParts(instant))
    known.set(instant.getTime(), wall)
    return wall
  }
  return {
    dayOf: (instant) => isoDay(wallOf(instant)),
    weekOf: (instant) => isoWeek(wallOf(instant)),
    monthOf: (instant) => isoDay(wallOf(instant)).slice(0, -3),
    yearOf: (instant) => isoDay(wallOf(instant)).slice(0, -6),
    before: (instant, age) => goBack(instant, age, wallOf),
  }
}

/** Reads `1y6m`; a unit given twice counts once, by its last number. Throws `RangeError` for anything else. */
export function parseAge(text: string): Age {
  if (!/^(\d+[ymdh])+$/.test(text)) {
    throw new RangeError(`"${text}" is not an age such as 14d, 3m or 1y6m`)
  }
  const last = (unit: string): number => Number([...text.matchAll(new RegExp(`(\\d+)${unit}`, 'g'))].at(-1)?.[1] ?? 0)
  return { years: last('y'), months: last('m'), days: last('d'), hours: last('h') }
}

/** Whether an age is no time at all, which means that it was not asked for. */
export function isNoAge({ years, months, days, hours }: Age): boolean {
  return years === 0 && months === 0 && days === 0 && hours === 0
}

function goBack(instant: Date, age: Age, wallOf: (instant: Date) => Wall): Date {
  const wall = wallOf(instant)
  const shown = asIfUtc({
    ...wall,
    year: wall.year - age.years,
    month: wall.month - age.months,
    day: wall.day - age.days,
  })
  const milliseconds = instant.getTime() - Math.floor(instant.getTime() / 1000) * 1000
  const result = new Date(instantShowing(shown, wallOf) + milliseconds - age.hours * HOUR)
  // An age beyond all dates must keep everything, not compare as false with everything.
  return Number.isNaN(result.getTime()) ? EARLIEST : result
}

/**
 * The instant at which the clocks show a time. Where they show it twice or never (a change of summer time) it is correct
 * by the offset of one of the two sides, as Go's `time.Date` has it.
 */
function instantShowing(shown: number, wallOf: (instant: Date) => Wall): number {
  const offsetAt = (instant: number): number =>
    Number.isNaN(new Date(instant).getTime()) ? NaN : asIfUtc(wallOf(new Date(instant))) - floorToSecond(instant)
  return shown - offsetAt(shown - offsetAt(shown))
}

function floorToSecond(instant: number): number {
  return Math.floor(instant / 1000) * 1000
}

function readWall(parts: readonly Intl.DateTimeFormatPart[]): Wall {
  const read = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.find((part) => part.type === type)?.value)
  return {
    year: read('year'),
    month: read('month'),
    day: read('day'),
    hour: read('hour'),
    minute: read('minute'),
    second: read('second'),
  }
}

function asIfUtc({ year, month, day, hour, minute, second }: Wall): number {
  return Date.UTC(year, month - 1, day, hour, minute, second)
}

function isoDay({ year, month, day }: Pick<Wall, 'year' | 'month' | 'day'>): string {
  return `${String(year).padStart(4, '0')}-${twoDigits(month)}-${twoDigits(day)}`
}

function isoWeek({ year, month, day }: Wall): string {
  const date = Date.UTC(year, month - 1, day)
  const daysFromThursday = 3 - ((new Date(date).getUTCDay() + 6) % 7)
  const thursday = new Date(date + daysFromThursday * DAY)
  const firstOfYear = Date.UTC(thursday.getUTCFullYear(), 0, 1)
  const week = Math.floor((thursday.getTime() - firstOfYear) / (7 * DAY)) + 1
  return `${String(thursday.getUTCFullYear()).padStart(4, '0')}-W${twoDigits(week)}`
}

function twoDigits(number: number): string {
  return String(number).padStart(2, '0')
}
