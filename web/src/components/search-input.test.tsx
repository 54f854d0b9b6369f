import { render, screen } from '@testing-library/react';
import userEvent from '@testing-library/user-event';
import { expect, it, vi } from 'vitest';
import { SearchInput } from './search-input';

it('tells once the typing rests, and only the last word', async () => {
  const told = vi.fn();
  render(<SearchInput label="Search" value="" onChange={told} />);

  await userEvent.type(screen.getByRole('searchbox'), 'abc');

  await vi.waitFor(() => expect(told).toHaveBeenCalledExactlyOnceWith('abc'));
});

it('shows what was changed from outside', () => {
  const { rerender } = render(<SearchInput label="Search" value="abc" onChange={() => {}} />);

  rerender(<SearchInput label="Search" value="" onChange={() => {}} />);

  expect(screen.getByRole('searchbox')).toHaveValue('');
});
