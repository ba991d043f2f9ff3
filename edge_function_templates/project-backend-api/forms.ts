import { storable } from "./body.ts";
import { enter, type Handler } from "./context.ts";
import { check, submission } from "./schemas.ts";

/** Put a visitor's form into the owner's inbox. */
export const submit: Handler = (context, input) => {
  const { projectId, formName, data } = check(submission, input);
  return enter(context, "submit", [
    projectId,
    context.origin,
    context.client,
    formName,
    storable(data),
  ]);
};
