export const word = (text: string): string => `the ${text}`;
