/** The kinds of panels that there are: a line each. */
import './chart.tsx';
import './figure.tsx';
import './plotly.tsx';
import './table.tsx';
import './console.tsx';
import './file.tsx';
import './filter.tsx';
import './markdown.tsx';
import './welcome.tsx';
