import { useParams } from 'react-router';
import { ExecutionList } from './components/execution-list';

export function Component() {
  const { projectId = '' } = useParams();
  return (
    <>
      <h2 className="sr-only">Executions</h2>
      <ExecutionList projectId={projectId} />
    </>
  );
}
