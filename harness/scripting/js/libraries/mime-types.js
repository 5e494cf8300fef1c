export { default } from "#mime-types";
