/** The response header that names what is new. */
export const locationHeader = (description: string) => ({
  Location: {
    description,
    required: true,
    schema: { type: 'string' as const, format: 'uri-reference' },
  },
});
