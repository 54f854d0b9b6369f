import { useQuery } from '@tanstack/react-query';
import { BookOpen, ChevronsUpDown, Keyboard, KeyRound, LogOut, Monitor, Moon, Sun, UserRound } from 'lucide-react';
import { useNavigate } from 'react-router';
import { meQuery } from '@/api/queries/session';
import { signOut } from '@/api/sign-out';
import { Avatar } from '@/components/ui/avatar';
import { Menu, MenuChoice, MenuItem, MenuLabel, MenuSeparator } from '@/components/ui/menu';
import { setTheme, useTheme } from '@/lib/theme';

const THEMES = [
  { value: 'system', label: 'System', icon: <Monitor aria-hidden /> },
  { value: 'light', label: 'Light', icon: <Sun aria-hidden /> },
  { value: 'dark', label: 'Dark', icon: <Moon aria-hidden /> },
] as const;

export function UserMenu({ onHelp }: { onHelp: () => void }) {
  const { data: me } = useQuery(meQuery());
  const theme = useTheme();
  const navigate = useNavigate();
  const name = me?.full_name || me?.email || '';
  return (
    <Menu
      align="start"
      side="top"
      className="w-56"
      trigger={
        <button
          type="button"
          aria-label={`Account of ${name}`}
          className="flex w-full items-center gap-2 rounded-md p-1.5 text-left hover:bg-hover data-[state=open]:bg-hover"
        >
          <Avatar name={name} />
          <span className="min-w-0 flex-1">
            <span className="block truncate text-[0.8125rem] font-medium">{name}</span>
          </span>
          <ChevronsUpDown className="size-3.5 text-faint" aria-hidden />
        </button>
      }
    >
      <MenuLabel>
        <span className="block truncate">{me?.email}</span>
      </MenuLabel>
      <MenuItem onSelect={() => void navigate('/account')}>
        <UserRound aria-hidden /> Profile
      </MenuItem>
      <MenuItem onSelect={() => void navigate('/account/api-keys')}>
        <KeyRound aria-hidden /> API keys
      </MenuItem>
      <MenuItem onSelect={onHelp}>
        <Keyboard aria-hidden /> Keyboard shortcuts
      </MenuItem>
      <MenuItem onSelect={() => window.location.assign('/docs')}>
        <BookOpen aria-hidden /> API documentation
      </MenuItem>
      <MenuSeparator />
      <MenuLabel>Theme</MenuLabel>
      <MenuChoice value={theme} onChange={setTheme} options={THEMES} />
      <MenuSeparator />
      <MenuItem onSelect={() => void signOut()}>
        <LogOut aria-hidden /> Sign out
      </MenuItem>
    </Menu>
  );
}
