import { describe, expect, it } from 'vitest';
import { formatBytes, formatCost, formatCount, formatDuration, formatRelative, formatTotal, humanize, initials } from './format';

describe('formatDuration', () => {
  it.each([
    [0, '0 ms'],
    [849.6, '850 ms'],
    [4_260, '4.2 s'],
    [59_999, '59 s'],
    [192_000, '3 min 12 s'],
    [3_600_000, '1 h'],
    [7_500_000, '2 h 5 min'],
    [100 * 3_600_000, '4 d 4 h'],
  ])('says %d ms as people do', (ms, text) => {
    expect(formatDuration(ms)).toBe(text);
  });
});

describe('formatRelative', () => {
  const now = Date.UTC(2026, 10, 23, 12);

  it.each([
    [0, 'just now'],
    [42_000, '42 s ago'],
    [5 * 60_000, '5 min ago'],
    [-2 * 3_600_000, 'in 2 h'],
    [3 * 86_400_000, '3 d ago'],
  ])('looks back %d ms', (gap, text) => {
    expect(formatRelative(now - gap, now)).toBe(text);
  });

  it('names the date beyond a week', () => {
    expect(formatRelative(now - 20 * 86_400_000, now)).toBe('3 Nov 2026');
  });
});

describe('formatBytes', () => {
  it.each([
    [940, '940 B'],
    [320_000, '313 KiB'],
    [1_500_000, '1.4 MiB'],
  ])('says %d bytes as %s', (size, text) => {
    expect(formatBytes(size)).toBe(text);
  });
});

describe('formatCost', () => {
  it.each([
    [0, '$0'],
    [0.0004, '$0.0004'],
    [0.12, '$0.12'],
    [1204.5, '$1,204.50'],
  ])('keeps what says something of %d', (usd, text) => {
    expect(formatCost(usd)).toBe(text);
  });
});

it('shortens large counts', () => {
  expect(formatCount(999)).toBe('999');
  expect(formatCount(12_400)).toBe('12.4k');
  expect(formatCount(3_000_000)).toBe('3M');
});

it('says that the server stopped counting', () => {
  expect(formatTotal(1, 'project')).toBe('1 project');
  expect(formatTotal(10_000, 'project', true)).toBe('10,000+ projects');
});

it('finds initials in names and addresses', () => {
  expect(initials('Ada Lovelace')).toBe('AL');
  expect(initials('grace.hopper@example.com')).toBe('GH');
  expect(initials('')).toBe('?');
});

it('turns names on the wire into words', () => {
  expect(humanize('timed_out')).toBe('Timed out');
});
