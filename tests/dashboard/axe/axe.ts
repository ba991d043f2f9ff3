/** The accessibility checker as one script that a test runs inside the page. */

import axe from "axe-core";

Object.assign(globalThis, { axe });
