import library from './index.js';

export const { MockEcrError, startMockEcr } = library;
