import { availableParallelism } from 'node:os';
import { defineConfig, devices } from '@playwright/test';

// The address is known once e2e/support/server.ts has started the program; workers read this file again then.
export default defineConfig({
  testDir: 'e2e',
  globalSetup: './e2e/support/server.ts',
  outputDir: 'test-results',
  fullyParallel: true,
  forbidOnly: Boolean(process.env['CI']),
  // A test that passes the second time is a fault, here or there.
  retries: 0,
  // More than there are cores only make each other time out.
  workers: Math.min(4, availableParallelism()),
  reporter: process.env['CI'] ? [['dot']] : [['list']],
  // Bounds are for hangs, on however busy a machine.
  timeout: 90_000,
  expect: { timeout: 20_000 },
  use: {
    ...devices['Desktop Chrome'],
    baseURL: process.env['QD_E2E_URL'] ?? '',
    viewport: { width: 1440, height: 900 },
    locale: 'en-US',
    timezoneId: 'UTC',
    trace: 'retain-on-failure',
    launchOptions: { executablePath: process.env['QD_CHROMIUM'] ?? '/usr/bin/chromium' },
  },
  projects: [
    { name: 'first-run', testMatch: 'first-run.spec.ts' },
    { name: 'pages', testIgnore: 'first-run.spec.ts', dependencies: ['first-run'] },
  ],
});
