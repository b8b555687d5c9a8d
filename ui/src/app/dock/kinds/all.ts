/** The kinds of panels that there are: a line each. */
import './table.tsx';
import './welcome.tsx';
