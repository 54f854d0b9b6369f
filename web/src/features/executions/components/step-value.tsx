import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { client, unwrap } from '@/api/client';
import { JsonView } from '@/components/json-view';
import { Button } from '@/components/ui/button';
import { ErrorState } from '@/components/states';
import { formatBytes } from '@/lib/format';
import { readLargeValue } from '../lib/large-value';

/** The path's parts are those of `/api/v1/executions/{execution_id}/events/{seq}/{member}`. */
function fetchValue(url: string, signal: AbortSignal) {
  const [execution_id = '', , seq = '', member = ''] = url.split('/').slice(4);
  return unwrap(
    client.GET('/api/v1/executions/{execution_id}/events/{seq}/{member}', { params: { path: { execution_id, seq, member } }, signal }),
  );
}

/** A step's input or output; what is large comes when it is asked for. */
export function StepValue({ value, title }: { value: unknown; title: string }) {
  const large = readLargeValue(value);
  const url = large?.url ?? '';
  const [wanted, setWanted] = useState(false);
  const query = useQuery({
    queryKey: ['executions', 'value', url],
    queryFn: ({ signal }) => fetchValue(url, signal),
    enabled: wanted && url !== '',
    staleTime: Infinity,
  });
  if (!large) return <JsonView value={value} title={title} />;
  if (query.data !== undefined) return <JsonView value={query.data} title={title} />;
  if (query.error) return <ErrorState error={query.error} onRetry={() => void query.refetch()} />;
  return (
    <Button size="sm" className="justify-self-start" busy={query.isFetching} onClick={() => setWanted(true)}>
      Show the {title.toLowerCase()} ({formatBytes(large.size)})
    </Button>
  );
}
