import { useQuery, useQueryClient, type QueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { ApiProblem } from '@/api/problem';
import { executionQuery } from '@/api/queries/executions';
import { streamEvents } from '@/api/stream';
import { isFinal } from '@/lib/status';
import { addToken, patchExecution, patchSteps, readLiveEvent, readToken, touchesApprovals, type LiveTexts, type Token } from '../lib/live-event';
import { stepsQuery } from './steps';

const RECONNECT_MS = 2000;
// Many events in a row are followed by one read.
const REFRESH_MS = 200;

/** Follows the events until the execution ends or nobody looks. Resolves when it can't be followed. */
async function follow(
  queryClient: QueryClient,
  id: string,
  signal: AbortSignal,
  refresh: (approvals: boolean) => void,
  hear: (token: Token) => void,
): Promise<void> {
  while (!signal.aborted) {
    const known = queryClient.getQueryData(executionQuery(id).queryKey);
    if (known && isFinal(known.status)) return;
    try {
      await streamEvents(`/api/v1/executions/${id}/events`, {
        signal,
        after: known ? String(known.revision) : null,
        onEvent: (event) => {
          const token = readToken(event);
          if (token) hear(token);
          const news = readLiveEvent(event);
          if (!news) return;
          queryClient.setQueryData(executionQuery(id).queryKey, (old) => old && patchExecution(old, news));
          queryClient.setQueryData(stepsQuery(id).queryKey, (old) => old && { ...old, items: patchSteps(old.items, news) });
          refresh(touchesApprovals(news));
        },
      });
      // The server closed: the end, or a restart.
      refresh(true);
    } catch (error) {
      // A server or proxy that does not stream: asking each second does as well.
      if (error instanceof ApiProblem && error.status >= 400 && error.status < 500) return;
    }
    await new Promise((resolve) => setTimeout(resolve, RECONNECT_MS));
  }
}

/** One execution with its steps, kept fresh for as long as it runs, and what models say in it. */
export function useLiveExecution(id: string) {
  const queryClient = useQueryClient();
  const [streaming, setStreaming] = useState(true);
  const [texts, setTexts] = useState<LiveTexts>({});
  const polled = (final: boolean | undefined) => (streaming || final ? false : 1000);
  const execution = useQuery({
    ...executionQuery(id),
    refetchInterval: (query) => polled(query.state.data && isFinal(query.state.data.status)),
  });
  const status = execution.data?.status;
  const over = status !== undefined && isFinal(status);
  const steps = useQuery({ ...stepsQuery(id), refetchInterval: polled(over) });
  const running = status !== undefined && !over;

  useEffect(() => {
    if (!running) return;
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    let approvals = false;
    const refresh = (withApprovals: boolean) => {
      approvals ||= withApprovals;
      timer ??= setTimeout(() => {
        timer = undefined;
        void queryClient.invalidateQueries({ queryKey: executionQuery(id).queryKey });
        if (approvals) void queryClient.invalidateQueries({ queryKey: ['approvals'] });
        approvals = false;
      }, REFRESH_MS);
    };
    setStreaming(true);
    setTexts({});
    const hear = (token: Token) => setTexts((old) => addToken(old, token));
    void follow(queryClient, id, abort.signal, refresh, hear).then(() => {
      if (!abort.signal.aborted) setStreaming(false);
    });
    return () => {
      abort.abort();
      clearTimeout(timer);
      // The last word is a full read: the end changed more than a status.
      void queryClient.invalidateQueries({ queryKey: executionQuery(id).queryKey });
    };
  }, [queryClient, id, running]);

  return { execution, steps, texts };
}
