import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { followProject, readTopicMessage, type ProjectListener } from './project-topic';
import { clearTokens, storeTokens } from './session';
import { patchPages } from './use-live-project';

class FakeSocket {
  static readonly OPEN = 1;
  static all: FakeSocket[] = [];
  readyState = FakeSocket.OPEN;
  sent: unknown[] = [];
  onopen?: () => void;
  onmessage?: (event: { data: string }) => void;
  onclose?: () => void;
  constructor(readonly url: string) {
    FakeSocket.all.push(this);
  }
  send(text: string) {
    this.sent.push(JSON.parse(text));
  }
  close() {
    this.onclose?.();
  }
  say(message: unknown) {
    this.onmessage?.({ data: JSON.stringify(message) });
  }
}

function listener(): ProjectListener {
  return { onSubscribed: vi.fn(), onExecution: vi.fn(), onApproval: vi.fn(), onLive: vi.fn() };
}

beforeEach(() => {
  vi.useFakeTimers();
  vi.stubGlobal('WebSocket', FakeSocket);
  FakeSocket.all = [];
  storeTokens({ access_token: 'a', refresh_token: 'r', token_type: 'bearer', expires_in: 900 });
});

afterEach(() => {
  clearTokens();
  vi.unstubAllGlobals();
  vi.useRealTimers();
});

async function connected(): Promise<FakeSocket> {
  const socket = FakeSocket.all.at(-1)!;
  socket.onopen?.();
  await vi.advanceTimersByTimeAsync(0);
  socket.say({ type: 'ready' });
  return socket;
}

it('says who it is, then subscribes, then hears', async () => {
  const heard = listener();
  const leave = followProject('p', heard);
  const socket = await connected();

  socket.say({ type: 'subscribed', topic: 'project:p', seq: 7 });
  socket.say({ type: 'execution', seq: 8, data: { id: 'e' } });
  leave();

  expect(socket.sent).toEqual([{ type: 'auth', token: 'a' }, { type: 'subscribe', topics: ['project:p'] }]);
  expect(heard.onLive).toHaveBeenCalledWith(true);
  expect(heard.onExecution).toHaveBeenCalledWith({ id: 'e' });
});

it('comes back where it was when the connection breaks', async () => {
  const heard = listener();
  const leave = followProject('p', heard);
  (await connected()).say({ type: 'subscribed', seq: 7 });

  FakeSocket.all[0]!.close();
  expect(heard.onLive).toHaveBeenLastCalledWith(false);
  await vi.advanceTimersByTimeAsync(3000);
  const second = await connected();
  leave();

  expect(second.sent).toContainEqual({ type: 'subscribe', topics: ['project:p'], after: 7 });
});

it('starts from now where the server does not know the position', async () => {
  const leave = followProject('p', listener());
  (await connected()).say({ type: 'subscribed', seq: 7 });

  FakeSocket.all[0]!.say({ type: 'error', code: 'realtime.unknown_position' });
  await vi.advanceTimersByTimeAsync(3000);
  const second = await connected();
  leave();

  expect(second.sent).toContainEqual({ type: 'subscribe', topics: ['project:p'] });
});

it('passes over what is no message', () => {
  expect(readTopicMessage('nonsense')).toBeNull();
  expect(readTopicMessage('7')).toBeNull();
});

it('changes an execution in its list, and nothing that is newer', () => {
  const pages = [{ items: [{ id: 'a', status: 'running', revision: 3 }] }] as never[];
  const change = (revision: number) => ({ id: 'a', status: 'completed', revision }) as never;

  expect(patchPages(pages, change(4))).toEqual([{ items: [{ id: 'a', status: 'completed', revision: 4 }] }]);
  expect(patchPages(pages, change(2))).toBe(pages);
});
