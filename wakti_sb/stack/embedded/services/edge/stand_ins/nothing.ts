/** In the place of a module that declares types alone. */
export {};
