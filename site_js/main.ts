/**
 * `site.js`: makes `wakti` of the script element that loaded it. `data-project` names the project;
 * `data-api` the API, where the script comes from elsewhere.
 */
import { connect } from "./site.ts";

const { src, dataset } = document.currentScript as HTMLScriptElement;
if (!dataset.project) throw new Error("site.js needs data-project");
Object.assign(globalThis, {
  wakti: connect(dataset.api ?? src.split("?")[0] ?? "", dataset.project),
});
