import { storable } from "./body.ts";
import { enter, type Handler } from "./context.ts";
import { repeatKey } from "./repeats.ts";
import { check, submission } from "./schemas.ts";

/** Put a visitor's form into the owner's inbox. */
export const submit: Handler = async (context, input) => {
  const { projectId, formName, data } = check(submission, input);
  const text = storable(data);
  return await enter(context, "submit", [
    projectId,
    context.origin,
    context.client,
    formName,
    text,
    repeatKey(context, formName, text),
    crypto.randomUUID(),
  ]);
};
