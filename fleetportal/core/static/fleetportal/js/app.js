// Staff pages load this one module. Everything here makes a page that works without it quicker to the hand.
import "./answers.js";
import "./card.js";
import "./drafts.js";
import "./keys.js";
import "./lists.js";
import "./menus.js";
import "./refused.js"; // before the panels: it takes the clicks on its own links
import "./panels.js";
import "./theme.js";
import "./toasts.js";
