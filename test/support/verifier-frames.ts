import { Ajv } from 'ajv';
import document from '../../spec/verifier.asyncapi.json' with { type: 'json' };

type Side = keyof typeof document.components.messages;

// The document is no schema itself: its own keywords are not known.
const ajv = new Ajv({ allErrors: true, strict: false });
ajv.addSchema({ $id: 'verifier', components: document.components });
const frame = (side: Side) => ajv.compile({ $ref: `verifier#/components/messages/${side}/payload` });
const frames = { fromVerifier: frame('fromVerifier'), fromReplica: frame('fromReplica') };

/** Throws where a frame is not one that the AsyncAPI document describes. */
export function assertFrame(side: Side, frame: unknown): void {
  const isFrame = frames[side];
  if (!isFrame(frame))
    throw new Error(`${JSON.stringify(frame)} is no frame: ${ajv.errorsText(isFrame.errors)}`);
}
