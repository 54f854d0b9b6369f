// What happens in one project, as the server tells it over a WebSocket. The connection is made anew
// whenever it breaks and goes on from the last position, so that nothing is missed.
import { freshTokens } from './authorized-fetch';
import type { Schema } from './client';

type Execution = Schema<'Execution'>;

/** An execution that changed, without what went in and came out. */
export type ExecutionChange = Omit<Execution, 'input' | 'output' | 'error' | 'duration_ms'>;

export interface ProjectListener {
  /** The server follows from here on; what is on the screen may be older. */
  onSubscribed: () => void;
  onExecution: (change: ExecutionChange) => void;
  onApproval: () => void;
  /** Whether it is followed now; otherwise one has to ask. */
  onLive: (live: boolean) => void;
}

export interface TopicMessage {
  type: string;
  seq?: number;
  code?: string;
  data?: unknown;
}

const RECONNECT_MS = 2000;
// A newer token is sent well before the one in use ends.
const RENEW_MS = 60_000;

/** Null for what is no message of the server. */
export function readTopicMessage(text: unknown): TopicMessage | null {
  try {
    const message: unknown = JSON.parse(String(text));
    return typeof message === 'object' && message !== null && 'type' in message ? (message as TopicMessage) : null;
  } catch {
    return null;
  }
}

function address(): string {
  const url = new URL('/api/v1/ws', window.location.href);
  url.protocol = url.protocol === 'https:' ? 'wss:' : 'ws:';
  return url.href;
}

/** Follows until the returned function is called. */
export function followProject(projectId: string, listener: ProjectListener): () => void {
  let socket: WebSocket | null = null;
  let over = false;
  let position: number | undefined;
  let retry: ReturnType<typeof setTimeout> | undefined;

  const authenticate = async () => {
    const tokens = await freshTokens().catch(() => null);
    if (tokens && socket?.readyState === WebSocket.OPEN) socket.send(JSON.stringify({ type: 'auth', token: tokens.access }));
  };
  const renewal = setInterval(() => void authenticate(), RENEW_MS);

  const take = (message: TopicMessage) => {
    if (message.seq !== undefined) position = message.seq;
    if (message.type === 'subscribed') {
      listener.onLive(true);
      listener.onSubscribed();
    } else if (message.type === 'execution') {
      listener.onExecution(message.data as ExecutionChange);
    } else if (message.type === 'approval') {
      listener.onApproval();
    } else if (message.type === 'error') {
      // A position that the server does not know is of no use; what else is wrong ends the connection.
      if (message.code === 'realtime.unknown_position') position = undefined;
      socket?.close();
    }
  };

  const connect = () => {
    const opened = new WebSocket(address());
    socket = opened;
    let subscribed = false;
    opened.onopen = () => void authenticate();
    opened.onmessage = (event) => {
      const message = readTopicMessage(event.data);
      if (message?.type === 'ready' && !subscribed) {
        subscribed = true;
        opened.send(JSON.stringify({ type: 'subscribe', topics: [`project:${projectId}`], after: position }));
      } else if (message) {
        take(message);
      }
    };
    opened.onclose = () => {
      if (over) return;
      listener.onLive(false);
      retry = setTimeout(connect, RECONNECT_MS);
    };
  };
  connect();

  return () => {
    over = true;
    clearInterval(renewal);
    clearTimeout(retry);
    socket?.close();
  };
}
