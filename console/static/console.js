// Entry of every page: each module looks for the markup that it serves.
import { followLiveRegions } from "./live.js";
import { serveForms } from "./forms.js";
import { servePanel } from "./panel.js";
import { serveSuggestions } from "./suggest.js";

serveForms();
servePanel();
serveSuggestions();
followLiveRegions();
