import { expect, it } from 'vitest';
import { SseParser } from './sse';

it('reads events however the stream is cut', () => {
  const stream = 'id: 7\r\nevent: step_completed\r\ndata: {"a":\r\ndata: 1}\r\n\r\n: keep-alive\n\ndata: plain\n\n';

  for (let size = 1; size < stream.length; size++) {
    const parser = new SseParser();
    const events = [];
    for (let at = 0; at < stream.length; at += size) events.push(...parser.push(stream.slice(at, at + size)));

    expect(events).toEqual([
      { id: '7', type: 'step_completed', data: '{"a":\n1}' },
      { id: '7', type: 'message', data: 'plain' },
    ]);
  }
});

it('keeps an unfinished event for later', () => {
  const parser = new SseParser();

  expect(parser.push('data: half')).toEqual([]);
  expect(parser.push('\n\n')).toEqual([{ id: null, type: 'message', data: 'half' }]);
});
