// Uses the declarations of `mock-ecr/vitest`, which only ESM can import.

import type { MockEcr } from 'mock-ecr';
import { useMockEcr } from 'mock-ecr/vitest';

export const mock: MockEcr = useMockEcr({ clock: 'frozen' });
