(function () {
  "use strict";
  var root = document.documentElement;
  root.dataset.faults = "0";
  window.addEventListener("error", function () { root.dataset.faults = String(Number(root.dataset.faults) + 1); });

  // Colours: figures name the page's own, which differ in light and dark.
  function colour(name) { return getComputedStyle(root).getPropertyValue(name).trim(); }
  function painted(value) {
    if (typeof value === "string") {
      return value.indexOf("var(--") === 0 ? colour(value.slice(4, -1)) : value;
    }
    if (Array.isArray(value)) { return value.map(painted); }
    if (value && typeof value === "object" && !ArrayBuffer.isView(value)) {
      var out = {};
      Object.keys(value).forEach(function (key) { out[key] = key === "bdata" ? value[key] : painted(value[key]); });
      return out;
    }
    return value;
  }
  function house(narrow) {
    var axis = {
      gridcolor: colour("--line"), zerolinecolor: colour("--muted"), linecolor: colour("--muted"),
      automargin: true, title: { standoff: narrow ? 4 : 8, font: { size: narrow ? 11 : 12 } }
    };
    return { layout: {
      paper_bgcolor: "rgba(0,0,0,0)", plot_bgcolor: "rgba(0,0,0,0)",
      font: { family: getComputedStyle(document.body).fontFamily, size: narrow ? 11 : 12, color: colour("--ink") },
      xaxis: axis, yaxis: axis,
      modebar: { bgcolor: "rgba(0,0,0,0)", color: colour("--muted"), activecolor: colour("--ink") },
      hoverlabel: { bgcolor: colour("--panel"), bordercolor: colour("--line"), font: { color: colour("--ink") } }
    } };
  }
  var HOVERS = window.matchMedia("(hover: hover)").matches; // no buttons over the figure where no mouse can call them
  var NARROW_PX = 560, NARROW_LABEL = 17;
  function fitted(layout, narrow) {
    layout.template = house(narrow);
    layout.autosize = true;
    if (!narrow) { return layout; }
    layout.dragmode = false; // a finger that scrolls the page must not zoom a figure
    if (layout.scene) {
      layout.scene.dragmode = false;
      var eye = layout.scene.camera.eye; // the whole width of the scene, from further away
      Object.keys(eye).forEach(function (axis) { eye[axis] *= 1.35; });
    }
    layout.margin = Object.assign({}, layout.margin, { l: Math.min(layout.margin.l, 44), r: 8 });
    Object.keys(layout).forEach(function (key) {
      var axis = layout[key];
      if (/^yaxis/.test(key) && axis.ticktext) {
        axis.ticktext = axis.ticktext.map(function (text) {
          return text.length > NARROW_LABEL ? text.slice(0, NARROW_LABEL - 1) + "…" : text;
        });
      }
      if (/^xaxis/.test(key) && axis.type === "date" && !axis.dtick) { axis.nticks = 5; }
    });
    return layout;
  }

  // What is solid needs WebGL; without it a sentence says where the same stands on paper.
  var WEBGL = (function () {
    try {
      var canvas = document.createElement("canvas");
      return Boolean(window.WebGLRenderingContext && (canvas.getContext("webgl") || canvas.getContext("experimental-webgl")));
    } catch (error) { return false; }
  })();
  function solid(box) { return box.classList.contains("solid"); }
  if (!WEBGL) {
    document.querySelectorAll("figure.solid").forEach(function (figure) {
      figure.querySelector(".plot").hidden = true;
      figure.querySelector("figcaption").hidden = true;
      figure.querySelector(".flat").hidden = false;
    });
  }
  // A finger that scrolls the page must not turn a figure before it is asked to.
  function offer(box, target) {
    var button = document.createElement("button");
    button.type = "button";
    button.textContent = "Turn it with a finger";
    button.addEventListener("click", function () {
      Plotly.relayout(target, { "scene.dragmode": "turntable" });
      button.remove();
    });
    box.parentElement.insertBefore(button, box.nextSibling);
  }

  // Figures are drawn when they come near the window.
  function draw(box) {
    if (box.dataset.state) { return; }
    box.dataset.state = "drawing";
    var figure = painted(JSON.parse(box.querySelector("script").textContent));
    var narrow = box.clientWidth < NARROW_PX;
    if (narrow) { figure.data.forEach(function (trace) { if (trace.colorbar) { delete trace.colorbar.title; } }); }
    var target = document.createElement("div");
    target.style.height = "100%";
    box.appendChild(target);
    Plotly.newPlot(target, figure.data, fitted(figure.layout, narrow), {
      displaylogo: false, displayModeBar: HOVERS ? "hover" : false, scrollZoom: root.dataset.wheel === "zooms",
      modeBarButtonsToRemove: ["select2d", "lasso2d", "autoScale2d", "sendChartToCloud"]
    }).then(function () {
      box.classList.add("drawn");
      box.dataset.state = "drawn";
      if (narrow && solid(box) && !box.dataset.offered) { box.dataset.offered = "yes"; offer(box, target); }
      if (resized) { resized.observe(target); }
    });
  }
  var resized = "ResizeObserver" in window ? new ResizeObserver(function (entries) {
    entries.forEach(function (entry) {
      if (entry.contentRect.width && entry.target.data) { Plotly.Plots.resize(entry.target); }
    });
  }) : null;
  function shown(box) { return box.offsetParent !== null; }
  var boxes = Array.prototype.slice.call(document.querySelectorAll(".plot"));
  function drawAll() { boxes.filter(shown).forEach(draw); }
  if ("IntersectionObserver" in window && location.hash !== "#draw-all") {
    var watch = new IntersectionObserver(function (entries) {
      entries.forEach(function (entry) { if (entry.isIntersecting) { watch.unobserve(entry.target); draw(entry.target); } });
    }, { rootMargin: "600px 0px" });
    boxes.forEach(function (box) { watch.observe(box); });
  } else {
    window.addEventListener("load", drawAll);
  }
  window.addEventListener("beforeprint", drawAll);
  window.matchMedia("(prefers-color-scheme: dark)").addEventListener("change", function () {
    boxes.forEach(function (box) {
      if (box.dataset.state !== "drawn") { return; }
      Plotly.purge(box.lastElementChild);
      box.lastElementChild.remove();
      delete box.dataset.state;
      draw(box);
    });
  });

  // One place at a time.
  var chooser = document.getElementById("site");
  function choose() {
    document.querySelectorAll(".panel[data-site]").forEach(function (panel) {
      panel.hidden = panel.dataset.site !== chooser.value;
    });
    if (location.hash === "#draw-all") { drawAll(); }
  }
  if (chooser) { chooser.addEventListener("change", choose); choose(); }

  // Filters.
  function has(text, words) { return words.every(function (word) { return text.indexOf(word) >= 0; }); }
  function wordsOf(input) { return input.value.toLowerCase().split(/\s+/).filter(Boolean); }
  document.querySelectorAll(".search + .scroll").forEach(function (scroll) {
    var input = scroll.previousElementSibling.querySelector("input");
    var output = scroll.previousElementSibling.querySelector("output");
    var rows = Array.prototype.slice.call(scroll.querySelectorAll("tbody tr"));
    if (!input || scroll.parentElement.className === "events") { return; }
    input.addEventListener("input", function () {
      var words = wordsOf(input), left = 0;
      rows.forEach(function (row) {
        row.hidden = !has(row.textContent.toLowerCase(), words);
        left += row.hidden ? 0 : 1;
      });
      output.textContent = left + " of " + rows.length;
    });
  });
  document.querySelectorAll(".events").forEach(function (box) {
    var PAGE = 25, limit = PAGE;
    var rows = JSON.parse(box.querySelector("script").textContent);
    var body = box.querySelector("tbody"), more = box.querySelector("button"), output = box.querySelector("output");
    var kind = box.querySelector("select"), input = box.querySelector("input");
    function show() {
      var words = wordsOf(input);
      var found = rows.filter(function (row) {
        return (!kind.value || row[1] === kind.value) && has(row.join(" ").toLowerCase(), words);
      });
      body.textContent = "";
      found.slice(0, limit).forEach(function (row) {
        var line = body.insertRow();
        row.forEach(function (cell, column) {
          var field = line.insertCell();
          field.textContent = cell;
          if (column === 4) { field.className = "right"; }
        });
      });
      output.textContent = Math.min(limit, found.length) + " of " + found.length + " shown";
      more.hidden = found.length <= limit;
    }
    function again() { limit = PAGE; show(); }
    kind.addEventListener("change", again);
    input.addEventListener("input", again);
    more.addEventListener("click", function () { limit += 10 * PAGE; show(); });
    show();
  });
})();
