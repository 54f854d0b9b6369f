const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** A length of time as people say it: `850 ms`, `4.2 s`, `3 min 12 s`, `2 h 5 min`, `3 d 4 h`. */
export function formatDuration(ms: number): string {
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < 10 * SECOND) return `${(Math.floor(ms / 100) / 10).toFixed(1)} s`;
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return two(ms, MINUTE, 'min', SECOND, 's');
  if (ms < DAY) return two(ms, HOUR, 'h', MINUTE, 'min');
  return two(ms, DAY, 'd', HOUR, 'h');
}

function two(ms: number, big: number, bigName: string, small: number, smallName: string): string {
  const rest = Math.floor((ms % big) / small);
  return `${Math.floor(ms / big)} ${bigName}${rest > 0 ? ` ${rest} ${smallName}` : ''}`;
}

/** When something was, seen from `now`: `just now`, `5 min ago`, `in 2 h`, `yesterday`, a date beyond a week. */
export function formatRelative(time: number, now: number): string {
  const gap = Math.abs(now - time);
  const say = (text: string) => (time <= now ? `${text} ago` : `in ${text}`);
  if (gap < 10 * SECOND) return time <= now ? 'just now' : 'in a moment';
  if (gap < MINUTE) return say(`${Math.floor(gap / SECOND)} s`);
  if (gap < HOUR) return say(`${Math.floor(gap / MINUTE)} min`);
  if (gap < DAY) return say(`${Math.floor(gap / HOUR)} h`);
  if (gap < 7 * DAY) return say(`${Math.floor(gap / DAY)} d`);
  return new Date(time).toLocaleDateString('en-GB', { day: 'numeric', month: 'short', year: 'numeric' });
}

/** The full local time, to the second. */
export function formatTime(time: string | number): string {
  return new Date(time).toLocaleString('en-GB', {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
  });
}

/** Dollars with as many decimals as say something: `$0`, `$0.0004`, `$0.12`, `$1,204.50`. */
export function formatCost(usd: number): string {
  if (usd === 0) return '$0';
  if (Math.abs(usd) < 0.01) return `$${usd.toPrecision(2).replace(/\.?0+$/, '')}`;
  return `$${usd.toLocaleString('en-US', { minimumFractionDigits: 2, maximumFractionDigits: 2 })}`;
}

/** `950`, `12.4k`, `3.1M`. */
export function formatCount(count: number): string {
  if (count < 10_000) return count.toLocaleString('en-US');
  if (count < 1_000_000) return `${(count / 1000).toFixed(1).replace(/\.0$/, '')}k`;
  return `${(count / 1_000_000).toFixed(1).replace(/\.0$/, '')}M`;
}

/** `940 B`, `312 KiB`, `1.4 MiB`. */
export function formatBytes(size: number): string {
  if (size < 1024) return `${size} B`;
  return size < 1024 * 1024 ? `${Math.round(size / 1024)} KiB` : `${(size / 1024 / 1024).toFixed(1)} MiB`;
}

/** `1 project`, `12 projects`, `10,000+ projects` where the server stopped counting. */
export function formatTotal(total: number, noun: string, capped = false): string {
  return `${total.toLocaleString('en-US')}${capped ? '+' : ''} ${noun}${total === 1 && !capped ? '' : 's'}`;
}

/** The first letters of a name, for an avatar. */
export function initials(name: string): string {
  const words = name.replace(/@.*/, '').split(/[\s._-]+/).filter(Boolean);
  return ((words[0]?.[0] ?? '?') + (words.length > 1 ? (words.at(-1)?.[0] ?? '') : '')).toUpperCase();
}

/** `timed_out` → `Timed out`. */
export function humanize(name: string): string {
  const words = name.replaceAll(/[_-]/g, ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

/** The end of an id, enough to tell two apart. */
export function shortId(id: string): string {
  return id.slice(-8);
}
